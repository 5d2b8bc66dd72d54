import { Center, Loader } from '@mantine/core'

export function PageLoader() {
  return (
    <Center mih="50dvh" data-testid="loading" role="status" aria-label="Loading">
      <Loader size="sm" />
    </Center>
  )
}
