/** What a PostgreSQL that keeps credits runs with: its defaults of durability, and memory for the tables measured. */
export const durableServer = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=256MB',
  'max_wal_size=4GB',
]
