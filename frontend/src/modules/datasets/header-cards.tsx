import { Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Panel } from '../../ui/panel'
import classes from './header-cards.module.css'

/** The FITS header as it stands in the file. */
export function HeaderCards({ cards }: { cards: readonly string[] }) {
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const shown = cards.filter((card) => card.toLowerCase().includes(wanted))
  return (
    <Panel
      title={`FITS header (${cards.length} cards)`}
      flush
      actions={
        <TextInput
          size="xs"
          aria-label="Search the header"
          placeholder="Search"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          w={{ base: 120, sm: 200 }}
        />
      }
    >
      {shown.length === 0 ? (
        <Text size="sm" c="dimmed" p="md">
          No card contains this.
        </Text>
      ) : (
        <section
          className={classes.cards}
          aria-label="Header cards"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
        >
          {shown.map((card) => card.trimEnd()).join('\n')}
        </section>
      )}
    </Panel>
  )
}
