import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ACCESS } from '#access';

/** Nest's own mark on a method that answers a route. */
const PATH_METADATA = 'path';

/** Refuses to start while any route has not said who may use it. */
@Injectable()
export class DeclaredAccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const silent = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (typeof metatype === 'function' ? this.undeclared(metatype) : []));
    if (silent.length > 0)
      throw new Error(`These routes declare no access: ${silent.join(', ')}. Add @Access(permission) or @Public().`);
  }

  private undeclared(controller: NewableFunction): string[] {
    const prototype = controller.prototype as Record<string, unknown>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      if (typeof handler !== 'function' || Reflect.getMetadata(PATH_METADATA, handler) === undefined) return [];
      const declared = this.reflector.getAllAndOverride<string | undefined>(ACCESS, [handler, controller]);
      return declared === undefined ? [`${controller.name}.${name}`] : [];
    });
  }
}
