import { Button, Center } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { useServices } from '../../app/services'
import { useTitle } from '../../app/use-title'
import { ErrorState } from '../../ui/error-state'
import { PageLoader } from '../../ui/page-loader'

/** Where the identity provider sends the browser back to. */
export default function SignedInPage() {
  useTitle('Signing in')
  const { session } = useServices()
  const navigate = useNavigate()
  const [failure, setFailure] = useState<unknown>()

  useEffect(() => {
    session.finishSignIn().then((address) => navigate(address, { replace: true }), setFailure)
  }, [session, navigate])

  return (
    <main>
      {failure === undefined ? (
        <PageLoader />
      ) : (
        <>
          <ErrorState title="Signing in did not work" error={failure} />
          <Center>
            <Button onClick={() => navigate('/sign-in', { replace: true })}>Back to sign in</Button>
          </Center>
        </>
      )}
    </main>
  )
}
