import { Stack } from '@mantine/core'
import { ClassesPanel } from './classes-panel'
import { DeclarationsPanel } from './declarations-panel'
import { PriceChangesPanel } from './price-changes-panel'
import { PriceListPanel } from './price-list-panel'
import { useDeskRights } from './use-desk-rights'

/** What jobs cost, in which classes, and what traders agree to. */
export default function PricesView() {
  const { configure } = useDeskRights()
  return (
    <Stack gap="md">
      <PriceListPanel mayConfigure={configure} />
      <ClassesPanel mayConfigure={configure} />
      <DeclarationsPanel mayConfigure={configure} />
      <PriceChangesPanel />
    </Stack>
  )
}
