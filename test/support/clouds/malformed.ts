// Signatures that a service must not send, each from an honest one.
import { integer, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { toDer } from './digest-signature.ts';

/** Makes another form of the ECDSA signature r‖s. */
export type Reform = (signature: Uint8Array) => Uint8Array;

/** What is no DER of (r, s), or of numbers that no signature has; strict readers refuse each of them. */
export const malformedDer: Readonly<Record<string, Reform>> = {
  'a byte after the sequence': (signature) => Buffer.concat([toDer(signature), Uint8Array.of(0)]),
  'a third number': (signature) => sequence(...halves(signature).map(integer), integer(1)),
  'one number': (signature) => sequence(integer(halves(signature)[0])),
  'r with a needless zero byte': rewriteR((r) => Buffer.concat([Uint8Array.of(0, 0), r])),
  'r wider than the curve': rewriteR((r) => Buffer.concat([Uint8Array.of(1, 1), r])),
  'negative r': rewriteR((r) => Buffer.concat([Uint8Array.of(0x80 | (r[0] ?? 0)), r.subarray(1)])),
  'r of no bytes': rewriteR(() => new Uint8Array(0)),
  'r zero': (signature) => sequence(integer(0), integer(halves(signature)[1])),
  's zero': (signature) => sequence(integer(halves(signature)[0]), integer(0)),
  'a length in more bytes than it needs': (signature) => lengthen(toDer(signature)),
  'a length longer than the bytes': (signature) => toDer(signature).subarray(0, -1),
  'indefinite length': (signature) => Buffer.concat([Uint8Array.of(0x30, 0x80), ...halves(signature).map(integer), new Uint8Array(2)]),
  'a set in place of the sequence': (signature) => Buffer.concat([Uint8Array.of(0x31), toDer(signature).subarray(1)]),
  'r‖s in place of DER': (signature) => signature,
  'no bytes': () => new Uint8Array(0),
};

/** What is no r‖s of the curve's width. */
export const malformedFixed: Readonly<Record<string, Reform>> = {
  'DER in place of r‖s': toDer,
  'a byte too few': (signature) => signature.subarray(1),
  'a byte too many': (signature) => Buffer.concat([Uint8Array.of(0), signature]),
  'r and s zero': (signature) => new Uint8Array(signature.length),
  'no bytes': () => new Uint8Array(0),
};

function halves(signature: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const half = signature.length / 2;
  return [signature.subarray(0, half), signature.subarray(half)];
}

/** DER whose first INTEGER has other content bytes. */
function rewriteR(change: (r: Uint8Array) => Uint8Array): Reform {
  return (signature) => {
    const [r, s] = halves(signature);
    const changed = change(r);
    return sequence(Buffer.concat([Uint8Array.of(0x02, changed.length), changed]), integer(s));
  };
}

/** The outer length in the next longer form. */
function lengthen(der: Uint8Array): Uint8Array {
  const [start, first = 0] = [Uint8Array.of(0x30), der[1]];
  if (first < 0x80) return Buffer.concat([start, Uint8Array.of(0x81, first), der.subarray(2)]);
  return Buffer.concat([start, Uint8Array.of(0x82, 0), der.subarray(2)]);
}
