import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

/** Where a route says who may use it. The guard reads it on every request, the start refuses routes without it. */
export const ACCESS = 'steno:access';

/** What stands there for a route that is open to everyone; else a permission. */
export const PUBLIC = 'public';

/** The route is open to everyone, in OpenAPI the empty requirement. Every route says this or `@Access(permission)`; one that says neither stops the start. */
export function Public(): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(ACCESS, PUBLIC), ApiSecurity({}));
}

/** Where a route says that nothing limits it. */
export const UNLIMITED = 'steno:unlimited';

/** Nothing counts or limits the route: probes, and links that are their own permission. */
export function Unlimited(): MethodDecorator & ClassDecorator {
  return SetMetadata(UNLIMITED, true);
}
