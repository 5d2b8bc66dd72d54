import { Button } from '@mantine/core'
import { IconCompass } from '@tabler/icons-react'
import { Link } from 'react-router'
import { EmptyState } from '../ui/empty-state'
import { PageHeader } from '../ui/page-header'

export default function NotFoundPage() {
  return (
    <>
      <PageHeader title="Page not found" />
      <EmptyState
        icon={IconCompass}
        title="There is nothing at this address"
        text="It may have been mistyped, or what it showed was deleted."
        action={
          <Button component={Link} to="/" variant="default">
            Go to the overview
          </Button>
        }
      />
    </>
  )
}
