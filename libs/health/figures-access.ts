import { Injectable } from '@nestjs/common';
import { isSameSecret } from '#access';
import { Config } from '#config';
import { FieldError } from '#errors';
import { healthErrors } from './health.errors.js';

/** Who may see figures: whoever has the token; without one set, everybody outside production. */
@Injectable()
export class FiguresAccess {
  constructor(private readonly config: Config) {}

  /**
   * @param authorization the header as it came
   * @throws FieldError figures_closed
   */
  refuseUnlessAllowed(authorization: string | undefined): void {
    const { metricsToken } = this.config.observability;
    if (metricsToken === null) return;
    if (metricsToken !== undefined && isSameSecret(authorization ?? '', `Bearer ${metricsToken}`)) return;
    throw new FieldError(healthErrors.figures_closed, healthErrors.figures_closed.example);
  }
}
