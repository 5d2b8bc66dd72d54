import { PageHeader } from '../../ui/page-header'

export default function SharedFilesPage() {
  return <PageHeader title="Shared with me" />
}
