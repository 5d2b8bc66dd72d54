import { PageHeader } from '../../ui/page-header'

export default function ReportPage() {
  return <PageHeader title="Compliance report" />
}
