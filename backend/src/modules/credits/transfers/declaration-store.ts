import { createHash } from 'node:crypto'
import { type Database, rows } from '../sql.ts'
import type { Declaration } from './transfer.ts'

/** What people agree to now, in its order. */
export function listDeclarations(database: Database): Promise<Declaration[]> {
  return rows<Declaration>(
    database,
    'select id, text from credit_declarations where position is not null order by position',
    [],
  )
}

/**
 * Replaces what people agree to. Texts that held before keep their row, so that whoever read them is told that they hold
 * no more. The lock keeps two replacements from ending in a mixture; those who only read do not wait for it.
 */
export async function replaceDeclarations(database: Database, texts: readonly string[]): Promise<void> {
  await rows(database, 'lock table credit_declarations in share row exclusive mode', [])
  await rows(database, 'update credit_declarations set position = null where position is not null', [])
  await rows(
    database,
    `insert into credit_declarations (id, text, position)
     select id, text, position from unnest($1::text[], $2::text[]) with ordinality as declared (id, text, position)
     on conflict (id) do update set position = excluded.position`,
    [texts.map(declarationId), texts],
  )
}

function declarationId(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
