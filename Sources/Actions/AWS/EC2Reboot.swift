/// Reboots an instance of EC2 that is running; one in any other state is left alone.
///
///     reboot-web: { aws.ec2.reboot: { instance: "${env:INSTANCE_ID}" } }
package struct EC2Reboot: EC2Kind {
  package static let kind = "aws.ec2.reboot"
  package static let changes: EC2Changes = ["running": .reboot]

  package let instance: EC2Instance

  package init(_ instance: EC2Instance) { self.instance = instance }
}
