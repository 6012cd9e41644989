/// Brings an instance of EC2 back: one that is running is rebooted, one that is stopped is started, and
/// in any other state it is left alone, because EC2 is on its way with it already.
///
///     reboot-web: { aws.ec2.restore: { instance: "${env:INSTANCE_ID}" } }
package struct EC2Restore: EC2Kind {
  package static let kind = "aws.ec2.restore"
  package static let changes: EC2Changes = ["running": .reboot, "stopped": .start]

  package let instance: EC2Instance

  package init(_ instance: EC2Instance) { self.instance = instance }
}
