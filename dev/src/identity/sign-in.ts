import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { type DemoAccount, subjectOf } from './accounts.ts'
import { notFoundPage, signInPage } from './pages.ts'

const longestFormBytes = 4096

/** GET shows the page, POST takes an account's button or a username with its password. */
export function signInHandler(provider: Provider, accounts: DemoAccount[]) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const action = await actionOf(provider, request, response)
    if (action === undefined) return sendPage(response, 404, notFoundPage())
    if (request.method === 'GET') return sendPage(response, 200, signInPage({ accounts, action }))
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'GET, POST' }).end()
      return
    }
    const form = await readForm(request)
    const account = form === undefined ? undefined : accountFor(accounts, form)
    if (account === undefined) {
      const username = form?.get('username') ?? ''
      const error = 'The username or the password is wrong.'
      // 200, as browsers log any other as a failed page.
      return sendPage(response, 200, signInPage({ accounts, action, username, error }))
    }
    await provider.interactionFinished(request, response, {
      login: { accountId: subjectOf(account), remember: true, amr: ['pwd'] },
    })
  }
}

/** The path of the sign-in under way, or undefined when this browser has none by this id. */
async function actionOf(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | undefined> {
  try {
    const { uid } = await provider.interactionDetails(request, response)
    return request.url?.endsWith(`/sign-in/${uid}`)
      ? `${new URL(provider.issuer).pathname}/sign-in/${uid}`
      : undefined
  } catch (error) {
    if (error instanceof Error && error.name === 'SessionNotFound') return undefined
    throw error
  }
}

function accountFor(accounts: DemoAccount[], form: URLSearchParams): DemoAccount | undefined {
  const chosen = form.get('account')
  if (chosen !== null) return accounts.find(({ username }) => username === chosen)
  const username = form.get('username')?.trim().toLowerCase()
  return accounts.find(
    (account) => account.username === username && form.get('password') === account.username,
  )
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > longestFormBytes) return undefined
  }
  return new URLSearchParams(text)
}

function sendPage(response: ServerResponse, status: number, page: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(page)
}
