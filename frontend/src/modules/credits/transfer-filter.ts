import type { TransferState } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import type { TransferFilter } from './transfer-queries'
import { transferStates } from './transfer-words'
import { classCode } from './use-credit-classes'

/** TRANSFER_STATE_RECORDED is "recorded" in an address. */
function inAddress(state: TransferState): string {
  return state.replace('TRANSFER_STATE_', '').toLowerCase()
}

/** Reads what an address says, and leaves out what it says wrongly. */
export function filterFromAddress(parameters: URLSearchParams): TransferFilter {
  const asked = new Set((parameters.get('state') ?? '').split(','))
  const code = parameters.get('class') ?? ''
  return {
    states: transferStates.filter((state) => asked.has(inAddress(state))),
    creditClass: /^[a-z][a-z0-9-]{1,38}$/.test(code) ? `creditClasses/${code}` : '',
  }
}

export function filterToAddress({ states, creditClass }: TransferFilter): URLSearchParams {
  const parameters = new URLSearchParams()
  if (states.length > 0) parameters.set('state', states.map(inAddress).join(','))
  if (creditClass !== '') parameters.set('class', classCode(creditClass))
  return parameters
}

export function isFiltered(filter: TransferFilter): boolean {
  return filterToAddress(filter).size > 0
}
