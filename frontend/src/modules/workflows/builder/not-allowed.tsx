import { IconLock } from '@tabler/icons-react'
import { EmptyState } from '../../../ui/empty-state'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'

export function NotAllowed() {
  return (
    <>
      <PageHeader title="Workflow" />
      <Panel>
        <EmptyState
          icon={IconLock}
          title="You may not change this organisation’s workflows"
          text="Its administrators can let you."
        />
      </Panel>
    </>
  )
}
