import type { LookReason } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useState } from 'react'

const key = (organization: string) => `fairlead.look.${organization}`

/** As long as the contract allows. */
export const reasonLength = { minimum: 5, maximum: 500 } as const

/** Why the caller looks at an organisation's locations; kept until the tab is closed. */
export function useLookReason(
  organization: string,
): [LookReason | undefined, (look: LookReason | undefined) => void] {
  const [kept, setKept] = useState({ organization, look: read(organization) })
  if (kept.organization !== organization) setKept({ organization, look: read(organization) })
  const look = kept.organization === organization ? kept.look : read(organization)
  return [
    look,
    (given) => {
      if (given === undefined) sessionStorage.removeItem(key(organization))
      else sessionStorage.setItem(key(organization), JSON.stringify(given))
      setKept({ organization, look: given })
    },
  ]
}

function read(organization: string): LookReason | undefined {
  const text = sessionStorage.getItem(key(organization))
  if (text === null) return undefined
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return undefined
  const { purpose, reason } = value as Partial<Record<keyof LookReason, unknown>>
  return typeof purpose === 'string' && typeof reason === 'string' ? { purpose, reason } : undefined
}
