import type { DataSource } from 'typeorm'
import type { IdentityService, Organization } from '../../identity/index.ts'
import { balancesOf, listClasses } from '../ledger/index.ts'
import type { BookedRow, BookingAction, BookingRecord } from './booking.ts'

/** A booking with the names of people, and what the caller may do about it. */
export interface PlacedBooking {
  readonly booking: BookingRecord
  /** Of the operator's organisation, whose files its evidence is. */
  readonly operatorSlug: string
  readonly creatorDisplayName: string
  /** Empty while it is SUBMITTED. */
  readonly deciderDisplayName: string
  readonly actions: readonly BookingAction[]
  /** Why the caller may not decide though the role would allow it; empty otherwise. */
  readonly barredReason: string
}

export interface PlacedRow {
  readonly row: BookedRow
  readonly organization: Organization | undefined
  readonly classCode: string
  /** Now; undefined when the booking is decided. */
  readonly available: bigint | undefined
}

export interface PlacingOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<
    IdentityService,
    'organizationsByIds' | 'operatorOrganization' | 'displayNames' | 'permissionsOf'
  >
}

export async function placeBookings(
  { identity }: PlacingOptions,
  callerId: string,
  bookings: readonly BookingRecord[],
): Promise<PlacedBooking[]> {
  const people = new Set(bookings.flatMap(({ creatorId, deciderId }) => [creatorId, deciderId ?? creatorId]))
  const [names, permissions, operator] = await Promise.all([
    identity.displayNames([...people]),
    identity.permissionsOf(callerId),
    identity.operatorOrganization(),
  ])
  return bookings.map((booking) => {
    const isOpen = booking.state === 'SUBMITTED'
    const isOwn = booking.creatorId === callerId
    const decides = isOpen && permissions.has('credits.approve')
    const actions: BookingAction[] = decides && !isOwn ? ['APPROVE', 'DECLINE'] : []
    if (isOpen && isOwn && permissions.has('credits.book')) actions.push('WITHDRAW')
    return {
      booking,
      operatorSlug: operator?.slug ?? '',
      creatorDisplayName: names.get(booking.creatorId) ?? '',
      deciderDisplayName: booking.deciderId === undefined ? '' : (names.get(booking.deciderId) ?? ''),
      actions,
      barredReason: decides && isOwn ? 'You drew this booking up: someone else has to decide it.' : '',
    }
  })
}

/** @param withAvailable whether to tell what each organisation has of the class now */
export async function placeRows(
  { dataSource, identity }: PlacingOptions,
  rows: readonly BookedRow[],
  withAvailable: boolean,
): Promise<PlacedRow[]> {
  const [organizations, classes, balances] = await Promise.all([
    identity.organizationsByIds([...new Set(rows.map(({ organizationId }) => organizationId))]),
    listClasses(dataSource),
    withAvailable ? balancesOf(dataSource, rows) : [],
  ])
  const codes = new Map(classes.map(({ id, code }) => [id, code]))
  return rows.map((row, index) => ({
    row,
    organization: organizations.get(row.organizationId),
    classCode: codes.get(row.classId) ?? '',
    available: balances[index]?.available,
  }))
}
