import { PageHeader } from '../../ui/page-header'

export default function FilesPage() {
  return <PageHeader title="Files" />
}
