import { Text } from '@mantine/core'
import { toApiError } from '../../app/api-error'

/** Said of what is shown when asking for it again failed; the last answer stays on the page. */
export function StaleNotice({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return (
    <Text size="xs" c="var(--mantine-color-error)" px="md" py={8} role="status">
      Out of date: {toApiError(error).message}
    </Text>
  )
}
