import type { Unsubscription } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Anchor, Button, Group, Text, Title, VisuallyHidden } from '@mantine/core'
import { IconCircleCheck, IconLinkOff, IconMailOff } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useTitle } from '../../app/use-title'
import { ColorSchemeButton } from '../../ui/color-scheme-button'
import { ErrorState } from '../../ui/error-state'
import { durationMs, formatDuration } from '../../ui/format-duration'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Logo } from '../../ui/logo'
import { notifyFailure } from '../../ui/notify'
import { useNotificationsClient } from './notification-queries'
import classes from './unsubscribe-page.module.css'

/** Where the link in a mail leads. It asks first: programs that look at links unsubscribe nobody. */
export default function UnsubscribePage() {
  useTitle('Unsubscribe')
  const [parameters] = useSearchParams()
  const token = parameters.get('token') ?? ''
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <Group gap="sm">
          <Logo size={28} />
          <Text fw={680} lts="-0.02em">
            Fairlead
          </Text>
        </Group>
        <ColorSchemeButton />
      </header>
      <main className={classes.main}>
        <div className={classes.card}>
          {token === '' ? <WrongLink text="It lacks what says whose it is." /> : <Asked token={token} />}
        </div>
      </main>
    </div>
  )
}

function Asked({ token }: { token: string }) {
  const client = useNotificationsClient()
  const queryClient = useQueryClient()
  const queryKey = ['unsubscription', token]
  const asked = useQuery({
    queryKey,
    queryFn: ({ signal }) => client({ signal }).GetUnsubscription({ token }),
    // The answer to the button stays, whatever the network does.
    refetchOnWindowFocus: false,
  })
  const unsubscribe = useMutation({
    mutationFn: () => client().Unsubscribe({ token }),
    onSuccess: (done) => queryClient.setQueryData(queryKey, done),
    onError: (error) => {
      if (isWrongLink(error)) void queryClient.invalidateQueries({ queryKey })
      notifyFailure('You are still subscribed', error)
    },
  })

  if (asked.data === undefined) {
    const heading = <VisuallyHidden component="h1">Unsubscribe from mail</VisuallyHidden>
    if (!asked.isError) {
      return (
        <>
          {heading}
          <ListSkeleton rows={3} />
        </>
      )
    }
    if (isWrongLink(asked.error)) {
      return <WrongLink text="It is too old, or was cut off on its way. The link in a later mail works." />
    }
    return (
      <>
        {heading}
        <ErrorState error={asked.error} onRetry={() => asked.refetch()} />
      </>
    )
  }
  const { address, unsubscribed } = asked.data
  if (unsubscribed) {
    return (
      <div role="status">
        <IconCircleCheck size={32} stroke={1.6} className={classes.done ?? ''} aria-hidden />
        <Title order={1} size="h2" mt="sm">
          You are unsubscribed
        </Title>
        <Text size="sm" mt={6} className={classes.text ?? ''}>
          No more mail {what(asked.data)} goes to <strong>{address}</strong>. Your inbox on this site stays as
          it is.
        </Text>
        <Preferences text="Changed your mind?" />
      </div>
    )
  }
  const remainingMs = durationMs(asked.data.remaining)
  return (
    <>
      <IconMailOff size={32} stroke={1.6} className={classes.icon ?? ''} aria-hidden />
      <Title order={1} size="h2" mt="sm">
        Unsubscribe from mail?
      </Title>
      <Text size="sm" mt={6} className={classes.text ?? ''}>
        No more mail {what(asked.data)} will go to <strong>{address}</strong>. Nothing else changes.
      </Text>
      <Button mt="lg" loading={unsubscribe.isPending} onClick={() => unsubscribe.mutate()}>
        Unsubscribe
      </Button>
      {remainingMs > 0 && (
        <Text size="xs" c="dimmed" mt="md">
          This link works for {formatDuration(remainingMs)} more.
        </Text>
      )}
      <Preferences text="Rather less often, or only some of it?" />
    </>
  )
}

function what({ eventType, displayName }: Unsubscription): string {
  return eventType === '' ? 'of any kind' : `of the kind “${displayName || eventType}”`
}

/** Whether the link itself is no good, rather than the connection or the server. */
function isWrongLink(error: unknown): boolean {
  return ['INVALID_ARGUMENT', 'NOT_FOUND', 'PERMISSION_DENIED', 'FAILED_PRECONDITION'].includes(
    toApiError(error).code,
  )
}

function WrongLink({ text }: { text: string }) {
  return (
    <>
      <IconLinkOff size={32} stroke={1.6} className={classes.icon ?? ''} aria-hidden />
      <Title order={1} size="h2" mt="sm">
        This link does not work
      </Title>
      <Text size="sm" mt={6}>
        {text}
      </Text>
      <Preferences text="You can choose what mail you get after signing in." />
    </>
  )
}

function Preferences({ text }: { text: string }) {
  return (
    <Text size="sm" c="dimmed" mt="lg" pt="md" className={classes.preferences ?? ''}>
      {text}{' '}
      <Anchor component={Link} to="/notifications/preferences" inherit underline="always">
        Notification settings
      </Anchor>
    </Text>
  )
}
