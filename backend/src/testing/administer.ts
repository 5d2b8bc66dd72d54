import pg from 'pg'

/** One statement on a connection of its own: CREATE and DROP DATABASE take no transaction and no parameters. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
