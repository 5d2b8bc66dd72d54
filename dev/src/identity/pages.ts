import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import type { DemoAccount } from './accounts.ts'
import { Html, html } from './html.ts'

function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Fairlead</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/auth/assets/sign-in.css">
</head>
<body>
<main>
<p class="product">Fairlead <span class="badge">Development sign-in</span></p>
${body}
</main>
</body>
</html>
`.text
}

export interface SignInPage {
  accounts: DemoAccount[]
  /** Where the form goes. */
  action: string
  /** What was typed before. */
  username?: string
  error?: string
}

export function signInPage({ accounts, action, username = '', error }: SignInPage): string {
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
<p class="hint">These accounts exist on this machine only. Choose one, or type a username and password.</p>
${error === undefined ? '' : html`<p class="error" role="alert" id="error">${error}</p>`}
<form method="post" action="${action}" aria-label="Demo accounts">
<ul>${accounts.map(accountButton)}</ul>
</form>
<form method="post" action="${action}" aria-label="Username and password">
<label for="username">Username</label>
<input id="username" name="username" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required${error === undefined ? '' : new Html(' aria-invalid="true" aria-describedby="error"')}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button class="primary" type="submit">Sign in</button>
</form>`,
  )
}

function accountButton({ username, displayName, organization, role }: DemoAccount): Html {
  return html`<li><button type="submit" name="account" value="${username}"><span class="name">${displayName}</span><span class="login">${username}</span><span class="role">${organization}, ${role}</span></button></li>`
}

export function notFoundPage(): string {
  return page(
    'Not found',
    html`<h1>This sign-in has ended</h1>
<p>It was finished, or it is too old. <a href="/">Go to Fairlead</a> and sign in again.</p>`,
  )
}

/** Shown for an instant: the script sends the form, the button is there without one. */
export async function renderSignOut(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  // The form is oidc-provider's own, with its protection against forgery.
  const fields = new Html(form.replace('</form>', '').replace('<form ', '<form data-submit '))
  ctx.type = 'html'
  ctx.body = page(
    'Signing out',
    html`<h1>Signing out</h1>
${fields}
<input type="hidden" name="logout" value="yes">
<button class="primary" type="submit">Sign out</button>
</form>
<script src="/auth/assets/submit.js"></script>`,
  )
}

export async function renderSignedOut(ctx: KoaContextWithOIDC): Promise<void> {
  ctx.type = 'html'
  ctx.body = page('Signed out', html`<h1>You are signed out</h1><p><a href="/">Go to Fairlead</a></p>`)
}

export async function renderError(ctx: KoaContextWithOIDC, out: ErrorOut): Promise<void> {
  ctx.type = 'html'
  ctx.body = page(
    'Sign-in failed',
    html`<h1>Sign-in failed</h1>
<p>${out.error_description ?? out.error}</p>
<p><a href="/">Go to Fairlead</a> and try again.</p>`,
  )
}
