import { PageHeader } from '../../ui/page-header'

export default function AnnouncementsPage() {
  return <PageHeader title="Announcements" />
}
