import { Button, MantineProvider, Stack, Text, Title } from '@mantine/core'
import { cssVariables, theme } from './theme'

/** Shown when not even the configuration could be read, before any provider stands. */
export function StartFailure({ error }: { error: unknown }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Stack component="main" align="center" justify="center" mih="100dvh" p="lg" ta="center" role="alert">
        <Title order={1}>Fairlead cannot start</Title>
        <Text c="dimmed" maw={460}>
          The server did not say how to sign in. It may be starting: try again in a moment.
        </Text>
        <Text c="dimmed" size="xs" className="mono">
          {error instanceof Error ? error.message : String(error)}
        </Text>
        <Button onClick={() => window.location.reload()}>Try again</Button>
      </Stack>
    </MantineProvider>
  )
}
