/* Which fixes may be looked at, as SQL. The parameters are SQL expressions, such as "$1" or "fixes.person_no". */

/**
 * A SELECT of the persons of the organisation whom a consent in force to the purpose covers, once each: person_id,
 * person_no, display_name and `covered`, a tstzmultirange of the recorded_at that may be looked at.
 *
 * @param which a condition on `persons`, for a few of them
 */
export function coverage(organizationId: string, purposeId: string, which = 'true'): string {
  return `select persons.id as person_id, persons.person_no, persons.display_name,
      range_agg(tstzrange(consents.start_time, consents.end_time)) as covered
    from consents
    join persons on persons.id = consents.person_id
    where consents.purpose_id = ${purposeId} and consents.withdraw_time is null
      and persons.organization_id = ${organizationId} and ${which}
    group by persons.id`
}

/** The condition that a fix is covered, for a few of them; for many, join `coverage` and ask `covered @> recorded_at`. */
export function coveredBy(fix: {
  readonly personNo: string
  readonly recordedAt: string
  readonly organizationId: string
  readonly purposeId: string
}): string {
  return `exists (select from persons covered_person
      join consents on consents.person_id = covered_person.id
      where covered_person.person_no = ${fix.personNo}
        and covered_person.organization_id = ${fix.organizationId}
        and consents.purpose_id = ${fix.purposeId} and consents.withdraw_time is null
        and consents.start_time <= ${fix.recordedAt} and ${fix.recordedAt} < consents.end_time)`
}
