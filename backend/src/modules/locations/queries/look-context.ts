import type { LookReason } from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import { invalidField } from '../../../errors/domain-error.ts'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import type { SearchScope, Span } from '../connections/index.ts'
import { purposeNamed } from '../consent/index.ts'
import { recordLook } from '../looks/index.ts'
import { organizationNo } from '../organization-no.ts'

/** Who looks, why, and at whose fixes. */
export interface LookContext {
  readonly call: OrganizationCallContext
  readonly scope: SearchScope
  readonly reason: string
}

/** What is written down of a look beside who looks and why. */
export interface LookAt {
  readonly method: string
  readonly window: Span
  /** UUIDs. */
  readonly asked?: readonly string[]
  readonly countedPersons?: number
  readonly details?: Readonly<Record<string, unknown>>
}

/** @throws DomainError NOT_FOUND when the organisation has no such purpose */
export async function lookContext(
  dataSource: DataSource,
  call: OrganizationCallContext,
  look: LookReason | undefined,
): Promise<LookContext> {
  if (look === undefined) throw invalidField('look', 'is missing; tell for which purpose and why you look')
  if (look.reason.trim() === '')
    throw invalidField('look.reason', 'is blank; tell the persons why you look, in 5 to 500 characters')
  const purpose = await purposeNamed(dataSource, call.organization, look.purpose)
  return { call, reason: look.reason.trim(), scope: await searchScope(dataSource, call, purpose.id) }
}

export async function searchScope(
  dataSource: DataSource,
  { organization }: OrganizationCallContext,
  purposeId: string,
): Promise<SearchScope> {
  return {
    organizationId: organization.id,
    organizationNo: await organizationNo(dataSource, organization.id),
    purposeId,
  }
}

/** To be awaited before anything is answered. @returns the look's UUID */
export function writeLook(dataSource: DataSource, context: LookContext, at: LookAt): Promise<string> {
  const { call, scope, reason } = context
  return recordLook(dataSource, {
    organizationId: scope.organizationId,
    actorId: call.caller.userId,
    purposeId: scope.purposeId,
    reason,
    method: at.method,
    window: { start: new Date(at.window.startMs), end: new Date(at.window.endMs) },
    ...(at.asked === undefined ? {} : { asked: at.asked }),
    ...(at.countedPersons === undefined ? {} : { countedPersons: at.countedPersons }),
    ...(at.details === undefined ? {} : { details: at.details }),
  })
}
