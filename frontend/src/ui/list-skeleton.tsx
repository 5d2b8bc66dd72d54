import { Skeleton, Stack } from '@mantine/core'

export function ListSkeleton({ rows = 5, height = 20 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="md" p="md" data-testid="loading" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without content have nothing else to tell them apart.
        <Skeleton key={row} height={height} width={`${96 - ((row * 17) % 30)}%`} radius="sm" />
      ))}
    </Stack>
  )
}
