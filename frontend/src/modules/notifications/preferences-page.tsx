import { PageHeader } from '../../ui/page-header'

export default function PreferencesPage() {
  return <PageHeader title="Notification settings" />
}
