import { randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'

import { copyIn, createDataSource } from '../../../backend/src/database/index.ts'
import { migrate } from '../../../backend/src/database/migrate.ts'
import type { SearchScope } from '../../../backend/src/modules/locations/connections/search-scope.ts'
import { COPY_COLUMNS } from '../../../backend/src/modules/locations/fixes/copy-rows.ts'
import type { FixBatch } from '../../../backend/src/modules/locations/fixes/index.ts'
import { organizationNo } from '../../../backend/src/modules/locations/organization-no.ts'
import { isoDay } from '../../../backend/src/modules/locations/partitions/index.ts'
import { administer } from '../../../backend/src/testing/administer.ts'
import { copyDataOf, daysOf } from '../ingest/bare-copy.ts'

export interface FixTables {
  readonly dataSource: DataSource
  readonly scope: SearchScope
  drop(): Promise<void>
}

/**
 * A migrated database of its own on the server, with people 1, 2, .. who all consent to a purpose, and their fixes.
 * Indexes are made when the rows are there.
 */
export async function makeFixTables(
  serverUrl: string,
  name: string,
  people: number,
  fixes: (organizationNo: number) => Iterable<FixBatch>,
): Promise<FixTables> {
  await administer(serverUrl, `drop database if exists ${name} with (force)`)
  await administer(serverUrl, `create database ${name}`)
  const url = serverUrl.replace(/[^/]*$/, name)
  await migrate(url)
  const dataSource = await createDataSource(url, { statementTimeoutMs: 0 }).initialize()
  const organizationId = randomUUID()
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, 'walkers', 'Walkers', 'MEMBER')`,
    [organizationId],
  )
  const purposeId = await addPeople(dataSource, organizationId, people)
  const scope = {
    organizationId,
    purposeId,
    organizationNo: await organizationNo(dataSource, organizationId),
  }
  await fill(dataSource, fixes(scope.organizationNo))
  return {
    dataSource,
    scope,
    async drop() {
      await dataSource.destroy()
      await administer(serverUrl, `drop database ${name} with (force)`)
    },
  }
}

/** People 1, 2, .. of the organisation who all consent to the purpose `tracing`; answers its id. */
export async function addPeople(
  dataSource: DataSource,
  organizationId: string,
  people: number,
): Promise<string> {
  const purposeId = randomUUID()
  await dataSource.query(
    `insert into location_purposes (id, organization_id, slug, display_name) values ($1, $2, 'tracing', 'Tracing')`,
    [purposeId, organizationId],
  )
  await dataSource.query(
    `with person as (
       insert into persons (id, person_no, organization_id, display_name) overriding system value
       select gen_random_uuid(), no, $1, 'Person ' || no from generate_series(1, $2::int) as no
       returning id, person_no
     ), device as (
       insert into devices (id, device_no, organization_id, person_id, display_name) overriding system value
       select gen_random_uuid(), person_no, $1, id, 'Device' from person
     )
     insert into consents (id, person_id, purpose_id) select gen_random_uuid(), id, $3 from person`,
    [organizationId, people, purposeId],
  )
  return purposeId
}

/** Indexes are made when the rows are there. */
export async function fill(dataSource: DataSource, fixes: Iterable<FixBatch>): Promise<void> {
  const indexes: { name: string; definition: string }[] = await dataSource.query(
    `select indexname as name, replace(indexdef, ' ON ONLY ', ' ON ') as definition from pg_indexes where tablename = 'fixes'`,
  )
  for (const { name } of indexes) await dataSource.query(`drop index ${name}`)
  for (const batch of fixes) {
    for (const day of daysOf([batch]))
      await dataSource.query('select make_fixes_partition($1)', [isoDay(day)])
    await copyIn(
      dataSource,
      `copy fixes (${COPY_COLUMNS}) from stdin with (format binary)`,
      copyDataOf([batch]),
    )
  }
  for (const { definition } of indexes) await dataSource.query(definition)
  await dataSource.query('vacuum analyze')
}
