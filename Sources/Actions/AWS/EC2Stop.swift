/// Stops an instance of EC2 that is running; one in any other state is left alone.
///
///     stop-web: { aws.ec2.stop: { instance: "${env:INSTANCE_ID}" } }
package struct EC2Stop: EC2Kind {
  package static let kind = "aws.ec2.stop"
  package static let changes: EC2Changes = ["running": .stop]

  package let instance: EC2Instance

  package init(_ instance: EC2Instance) { self.instance = instance }
}
