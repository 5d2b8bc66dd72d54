import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'

interface MayOnlyProps {
  /** Permission in the organisation. */
  readonly permission: 'locations.manage' | 'locations.record'
  /** Of the page. */
  readonly title: string
  readonly text: string
  readonly children: ReactNode
}

/** Keeps a page's calls back from a member whom the server would refuse them. */
export function MayOnly({ permission, title, text, children }: MayOnlyProps) {
  const organization = useOrganization()
  if (organization.may(permission)) return children
  return (
    <>
      <PageHeader title={title} />
      <Panel>
        <EmptyState icon={IconLock} title="Your role does not see this page" text={text} />
      </Panel>
    </>
  )
}
