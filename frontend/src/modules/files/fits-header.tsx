import type { FitsPreview, FitsUnit } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Select, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './file-preview.module.css'

/** The headers of a FITS file, one unit at a time. */
export function FitsHeader({ fits: { units } }: { fits: FitsPreview }) {
  const [shown, setShown] = useState(0)
  const [search, setSearch] = useState('')
  const unit = units[shown]
  if (unit === undefined) {
    return (
      <Text size="sm" c="dimmed" p="md">
        The file has no header that can be read.
      </Text>
    )
  }
  const word = search.trim().toUpperCase()
  const cards = unit.header.filter((card) => word === '' || card.toUpperCase().includes(word))
  return (
    <>
      <div className={classes.tools}>
        <Select
          aria-label="Header of"
          data={units.map((one, place) => ({ value: String(place), label: labelOf(one, place) }))}
          value={String(shown)}
          allowDeselect={false}
          disabled={units.length === 1}
          onChange={(value) => setShown(Number(value ?? 0))}
          flex="1 1 240px"
        />
        <TextInput
          aria-label="Cards with"
          placeholder="Find a card"
          type="search"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          flex="1 1 160px"
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached. */}
      <section className={classes.scroll} tabIndex={0} aria-label={`Header of ${labelOf(unit, shown)}`}>
        <pre className={classes.text}>
          {cards.length === 0 ? 'No card has that in it.' : cards.join('\n')}
        </pre>
      </section>
      <Text size="xs" c="dimmed" className={classes.more}>
        {unit.header.length.toLocaleString('en')} cards
      </Text>
    </>
  )
}

/** "0: PRIMARY, 4096 × 4096 of 32-bit floats" */
function labelOf({ kind, extensionName, axes, bitpix }: FitsUnit, place: number): string {
  const name = [kind, extensionName].filter((part) => part !== '').join(' ')
  const size = axes.length === 0 ? 'no data' : `${axes.join(' × ')} of ${numbersOf(bitpix)}`
  return `${place}: ${name}, ${size}`
}

/** FITS Standard 4.0, table 8. */
function numbersOf(bitpix: number): string {
  return bitpix < 0 ? `${-bitpix}-bit floats` : bitpix === 8 ? 'bytes' : `${bitpix}-bit integers`
}
