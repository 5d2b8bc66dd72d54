import type { Result } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import classes from './job-results.module.css'

/** A PNG result, shown on the page. */
export function ResultPreview({ result }: { result: Result }) {
  const api = useApi()
  const address = useQuery({
    queryKey: ['result-url', result.name],
    // A signed address lives for minutes; the image, once loaded, needs it no more.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    queryFn: ({ signal }) => api.jobs({ signal }).CreateResultUrl({ name: result.name, inline: true }),
  })
  if (address.isError) {
    return (
      <Text size="sm" c="dimmed" mb="sm">
        The preview cannot be shown: {toApiError(address.error).message}
      </Text>
    )
  }
  if (address.data === undefined) return <Skeleton height={240} maw={560} mx="auto" mb="sm" />
  return <img className={classes.preview} src={address.data.url} alt={`Preview of ${result.fileName}`} />
}
