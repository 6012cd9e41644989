package import Records

/// A query ready to run, split once at its first aggregate.
///
/// *Head* runs on each batch alone, on any thread. *Ordered* stages (a `limit` on raw rows) see the
/// batches one after the other. The *fold* is mergeable and kept per pane by a window. The *tail* runs
/// on what the fold has gathered, whole.
package struct Plan: Sendable {
  package var query: Query
  /// Where each stage of the query is carried out.
  package var phases: [Phase]
  /// The fields in front of the fold: those read from lines and those that stages make.
  package var fields: FieldScope
  /// How raw frames find their fields; index is the slot.
  package var loads: [FieldLoad]
  /// The members of JSON lines that the head reads.
  package var members: [String]
  package var head: [any Stage]
  /// How many stages of the head there are up to the end of the scope, then of each operator that is
  /// carried out there.
  package var headEnds: [Int]
  package var ordered: [any Stage]
  /// Nil when the query has no aggregate.
  package var fold: FoldPlan?
  /// Whether a stage without aggregate needs all rows at once (`sort` on raw rows).
  package var collects: Bool
  package var tail: [any Stage]
  /// What the rows of the result show, in column order.
  package var output: [OutputColumn]
  /// Whether `output` was asked for by name (`fields`, an aggregate, an alias).
  package var showsColumns: Bool
  /// Whether `output` is just what the last `fields` stage lists.
  package var hasChosenFields: Bool
  /// The message and its time, in results that are messages.
  package var message: OutputColumn?
  package var messageTime: OutputColumn?
  /// Whether any stage looks at the message time.
  package var readsTimes: Bool
  /// The fields of the result, for conditions that name a column.
  package var result: FieldScope
  package var warnings: [Diagnostic]
  /// What a frame of the tail holds more than the fold: nothing but `fields` and `sort` keeps a
  /// condition safe to confirm early.
  package var tailOnlyShows: Bool
  /// Whether another aggregate stands behind the first.
  package var refolds: Bool
  /// Whether the head looks at each row alone and never at the time of evaluation.
  package var isRowWise: Bool
  /// Literal texts that every matching line contains.
  package var literals: [String]
  /// What the query leaves of the numbers in each field of the result.
  package var ranges: [NumberRange]

  /// The part of a plan that carries out a stage.
  package enum Phase: String, Sendable { case head, ordered, fold, tail }

  package struct OutputColumn: Sendable {
    package var name: String
    package var slot: Slot
  }

  package var isAggregate: Bool { fold != nil }
}

extension Plan {
  /// A raw frame over a batch in which only `live` rows count, taken through the head.
  ///
  /// `memberMap` says at which column of the batch each of this plan's members stands.
  package func runHead(
    on batch: Batch, live: Selection, memberMap: [Int], now: Int64 = 0
  ) -> Frame {
    var frame = rawFrame(on: batch, live: live, memberMap: memberMap, now: now)
    for stage in head where !frame.live.isEmpty {
      var stage = stage
      stage.apply(to: &frame)
    }
    for row in frame.limited { frame.live.remove(row) }
    return frame
  }

  /// What the head starts from.
  package func rawFrame(on batch: Batch, live: Selection, memberMap: [Int], now: Int64) -> Frame {
    var frame = Frame(batch: batch, loads: mappedLoads(memberMap), live: live)
    frame.now = now
    return frame
  }

  private func mappedLoads(_ map: [Int]) -> [FieldLoad] {
    loads.map { load in
      switch load {
      case .none: .none
      case .member(let index): .member(map[index])
      case .metadata(let field, let member): .metadata(field, member: member.map { map[$0] })
      }
    }
  }

  /// Takes a whole result through the tail.
  package func runTail(on frame: inout Frame) {
    for stage in tail {
      var stage = stage
      stage.apply(to: &frame)
    }
  }
}
