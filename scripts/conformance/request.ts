// The bytes of a vector's request.
import { fill, fillJsonText, type Mapping, type Places } from './keys.ts';
import type { Repetition, Vector } from './vector.ts';

export function encodeRequest(vector: Vector, mapping: Mapping, places: Places): Buffer {
  if (vector.stdinBase64 !== undefined) return Buffer.from(vector.stdinBase64, 'base64');
  if (vector.stdinText !== undefined) return Buffer.from(fillJsonText(vector.stdinText, mapping, places));
  if (vector.stdinRepeat !== undefined) return repeated(vector.stdinRepeat, (text) => fillJsonText(text, mapping, places));
  return Buffer.from(JSON.stringify(fill(vector.stdin ?? null, mapping, places)));
}

function repeated(form: Repetition, filled: (text: string) => string): Buffer {
  const [before, after] = [Buffer.from(filled(form.before)), Buffer.from(filled(form.after))];
  const count = form.count ?? Math.floor(((form.total ?? 0) - before.length - after.length) / Buffer.byteLength(form.repeat));
  return Buffer.concat([before, times(form.repeat, count), times(form.close ?? '', count), after]);
}

function times(text: string, count: number): Buffer {
  return text === '' ? Buffer.alloc(0) : Buffer.alloc(Buffer.byteLength(text) * count, text);
}
