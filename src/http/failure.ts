import { NotationError } from '../core/error.ts';
import { BodyTooLong, type Route } from './transport.ts';

/** What a transport's error means, as ours. */
export function toFailure(cause: unknown, url: string, route: Route): NotationError {
  return new NotationError('UNAVAILABLE', `${new URL(url).host}: ${String(cause instanceof BodyTooLong)} ${route.limit}`, { cause });
}
