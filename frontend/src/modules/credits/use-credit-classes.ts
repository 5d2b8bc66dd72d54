import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { useQuery } from '@tanstack/react-query'
import { creditKeys } from './credit-keys'
import { useCreditService } from './use-credit-service'

/** Every class, those that are valid first; there are few. */
export function useCreditClasses() {
  const credits = useCreditService()
  return useQuery({
    queryKey: creditKeys.classes,
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<CreditClass[]> =>
      (await credits({ signal }).ListCreditClasses({})).creditClasses,
  })
}

/** By name: "creditClasses/{code}". */
export function creditClassOf(
  classes: readonly CreditClass[] | undefined,
  name: string,
): CreditClass | undefined {
  return classes?.find((candidate) => candidate.name === name)
}

/** "creditClasses/{code}" -> "{code}" */
export function classCode(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

/** Whether credits of the class can be held and transferred now. */
export function isUsable({ state, expired }: Pick<CreditClass, 'state' | 'expired'>): boolean {
  return state === 'CREDIT_CLASS_STATE_ACTIVE' && !expired
}
