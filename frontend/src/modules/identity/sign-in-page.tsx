import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconCloudComputing, IconDownload, IconInfoCircle, IconLock, IconMap2 } from '@tabler/icons-react'
import { useState } from 'react'
import { Navigate, useSearchParams } from 'react-router'
import { useServices, useSessionState } from '../../app/services'
import { useTitle } from '../../app/use-title'
import { ColorSchemeButton } from '../../ui/color-scheme-button'
import { Logo } from '../../ui/logo'
import { DemoAccounts } from './demo-accounts'
import { safeReturnAddress } from './return-address'
import classes from './sign-in-page.module.css'

const points = [
  { Glyph: IconMap2, text: 'Look at images and draw the region you need, right where the data is kept.' },
  {
    Glyph: IconCloudComputing,
    text: 'Submit a job beside the data and watch it run, from here or from a script.',
  },
  { Glyph: IconDownload, text: 'Take the result home: a standard FITS file with its own coordinates.' },
]

export default function SignInPage() {
  useTitle('Sign in')
  const { session, configuration } = useServices()
  const state = useSessionState()
  const [parameters] = useSearchParams()
  const [leaving, setLeaving] = useState(false)
  const [failure, setFailure] = useState('')
  const returnTo = safeReturnAddress(parameters.get('returnTo'))

  if (state.status === 'signed-in') return <Navigate to={returnTo} replace />

  const signIn = async () => {
    setLeaving(true)
    setFailure('')
    try {
      await session.signIn(returnTo)
    } catch (error) {
      setLeaving(false)
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }

  return (
    <div className={classes.page}>
      <main className={classes.main}>
        <Group justify="space-between" mb={{ base: 32, sm: 56 }}>
          <Group gap="sm">
            <Logo size={32} />
            <Text fw={680} size="lg" lts="-0.02em">
              Fairlead
            </Text>
          </Group>
          <ColorSchemeButton />
        </Group>
        <Title order={1} className={classes.title}>
          Compute next to the data
        </Title>
        <Text c="dimmed" size="lg" mt="sm" maw={460}>
          Some data is too large or too sensitive to hand out. Bring your question to it instead.
        </Text>

        <Stack gap="sm" mt="xl" maw={460}>
          {state.status === 'signed-out' && state.message !== '' && (
            <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} role="status">
              {state.message}
            </Alert>
          )}
          {failure !== '' && (
            <Alert
              color="red"
              icon={<IconInfoCircle aria-hidden />}
              title="The sign-in service cannot be reached"
            >
              {failure}
            </Alert>
          )}
          <Button
            size="md"
            onClick={signIn}
            loading={leaving}
            w="fit-content"
            px={28}
            leftSection={<IconLock size={17} aria-hidden />}
          >
            Sign in
          </Button>
        </Stack>

        <ul className={classes.points}>
          {points.map(({ Glyph, text }) => (
            <li key={text}>
              <Glyph size={20} stroke={1.6} aria-hidden />
              <span>{text}</span>
            </li>
          ))}
        </ul>

        {configuration.development && configuration.demoAccounts.length > 0 && (
          <DemoAccounts accounts={configuration.demoAccounts} />
        )}
      </main>
      <div className={classes.picture} aria-hidden="true" />
    </div>
  )
}
