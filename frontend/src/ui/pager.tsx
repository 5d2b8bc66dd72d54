import { Button, Group } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useLocation, useNavigate } from 'react-router'

interface PagerProps {
  /** Accessible name of the two buttons together: "Pages of jobs". */
  readonly label: string
  /** Of the page that is shown; empty for the first. */
  readonly token: string
  /** Empty on the last page. */
  readonly nextToken: string
  /** Query of the address of the page with this token. */
  readonly query: (token: string) => URLSearchParams
}

/** Tokens of the pages before this one, first page first; kept with the history entry. */
interface PagingState {
  readonly before?: readonly string[]
}

/** Leads to the next page of a list and back, by the address. */
export function Pager({ label, token, nextToken, query }: PagerProps) {
  const navigate = useNavigate()
  const location = useLocation()
  const before = (location.state as PagingState | null)?.before ?? []
  if (token === '' && nextToken === '') return null

  const turnTo = (page: string, pagesBefore: readonly string[]) =>
    navigate({ search: query(page).toString() }, { state: { before: pagesBefore } satisfies PagingState })
  return (
    <Group component="nav" aria-label={label} justify="flex-end" mt="md" gap="xs">
      <Button
        variant="default"
        leftSection={<IconChevronLeft size={16} aria-hidden />}
        disabled={token === ''}
        onClick={() => turnTo(before.at(-1) ?? '', before.slice(0, -1))}
      >
        Previous
      </Button>
      <Button
        variant="default"
        rightSection={<IconChevronRight size={16} aria-hidden />}
        disabled={nextToken === ''}
        onClick={() => turnTo(nextToken, [...before, token])}
      >
        Next
      </Button>
    </Group>
  )
}
