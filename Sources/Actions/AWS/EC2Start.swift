/// Starts an instance of EC2 that is stopped; one in any other state is left alone.
///
///     start-web: { aws.ec2.start: { instance: "${env:INSTANCE_ID}" } }
package struct EC2Start: EC2Kind {
  package static let kind = "aws.ec2.start"
  package static let changes: EC2Changes = ["stopped": .start]

  package let instance: EC2Instance

  package init(_ instance: EC2Instance) { self.instance = instance }
}
