import { PageHeader } from '../../ui/page-header'

export default function InboxPage() {
  return <PageHeader title="Notifications" />
}
