import { Body, Controller, Get, HttpCode, Post, Query, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '#access';
import { FieldError, STATUS_OF_KIND } from '#errors';
import { TakesPageForm } from '#errors/http';
import { LimitedBy } from '#rate-limits/http';
import { RESET_PASSWORD_PAGE, VERIFY_EMAIL_PAGE } from '../../account-letters.js';
import { PasswordRecovery } from '../../password-recovery.service.js';
import { PASSWORD_MIN_LENGTH } from '../../passwords.js';
import { RegistrationService } from '../../registration.service.js';
import { LetterQueryDto, ResetPasswordFormDto, VerifyEmailFormDto } from './forms.dto.js';
import { type Html, html, sendPage } from './page.js';

/**
 * Where the links of letters lead when there is no client app. Opening a page changes nothing: programs that look through mail open
 * links, too. The button does it.
 */
@ApiExcludeController()
@Controller({ version: VERSION_NEUTRAL })
export class LetterPagesController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly recovery: PasswordRecovery,
  ) {}

  @Get(VERIFY_EMAIL_PAGE)
  @Public()
  askToVerify(@Query() { token = '' }: LetterQueryDto, @Res() reply: FastifyReply): void {
    sendPage(reply, 'Confirm your e-mail address', verifyForm(token));
  }

  @Post(VERIFY_EMAIL_PAGE)
  @Public()
  @HttpCode(200)
  @TakesPageForm()
  @LimitedBy('sign-in')
  async verify(@Body() { token }: VerifyEmailFormDto, @Res() reply: FastifyReply): Promise<void> {
    const refusal = await refusalOf(() => this.registration.verifyEmail(token));
    if (refusal === null) return sendPage(reply, 'Your address is confirmed', html`<p>You can close this page and sign in.</p>`);
    void reply.status(STATUS_OF_KIND[refusal.kind]);
    sendPage(reply, 'That did not work', told(refusal));
  }

  @Get(RESET_PASSWORD_PAGE)
  @Public()
  askForPassword(@Query() { token = '' }: LetterQueryDto, @Res() reply: FastifyReply): void {
    sendPage(reply, 'Choose a new password', passwordForm(token));
  }

  @Post(RESET_PASSWORD_PAGE)
  @Public()
  @HttpCode(200)
  @TakesPageForm()
  @LimitedBy('sign-in')
  async reset(@Body() { token, password }: ResetPasswordFormDto, @Res() reply: FastifyReply): Promise<void> {
    const refusal = await refusalOf(() => this.recovery.reset(token, password));
    if (refusal === null)
      return sendPage(
        reply,
        'Your password is changed',
        html`<p>You are signed out everywhere. Sign in with the new password.</p>`,
      );
    void reply.status(STATUS_OF_KIND[refusal.kind]);
    sendPage(reply, 'Choose a new password', html`${told(refusal)}${passwordForm(token)}`);
  }
}

/** What a person can put right is told on the page; anything else is for the filter. */
async function refusalOf(work: () => Promise<void>): Promise<FieldError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof FieldError && STATUS_OF_KIND[error.kind] < 500) return error;
    throw error;
  }
}

function told({ message }: FieldError): Html {
  return html`<p class="wrong" role="alert">${message}</p>`;
}

function verifyForm(token: string): Html {
  return html`<form method="post" action="${VERIFY_EMAIL_PAGE}">
    <input type="hidden" name="token" value="${token}" />
    <button>This is my address</button>
  </form>`;
}

function passwordForm(token: string): Html {
  return html`<form method="post" action="${RESET_PASSWORD_PAGE}">
    <input type="hidden" name="token" value="${token}" />
    <label for="password">New password, ${PASSWORD_MIN_LENGTH} characters or more</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="new-password"
      required
      minlength="${PASSWORD_MIN_LENGTH}"
    />
    <button>Set the password</button>
  </form>`;
}
