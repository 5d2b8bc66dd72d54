import { PageHeader } from '../../ui/page-header'

export default function FilePage() {
  return <PageHeader title="File" />
}
