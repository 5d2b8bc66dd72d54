import { PageHeader } from '../../ui/page-header'

export default function UnsubscribePage() {
  return <PageHeader title="Unsubscribe" />
}
