package import Records

/// A query ready to run, split once at its first aggregate.
///
/// *Head* runs on each batch alone, on any thread. *Ordered* stages (a `limit` on raw rows) see the
/// batches one after the other; in a monitor they run at each instant over the rows of the window,
/// and with them every stage that needs all rows or the time of evaluation. The *fold* is mergeable and kept per pane by a window. The *tail* runs
/// on what the fold has gathered, whole.
package struct Plan: Sendable {
  package var query: Query
  /// Where each stage of the query is carried out.
  package var phases: [Phase]
  /// How far the scope, and then each stage of the query, reaches into `head`, `ordered` and `tail`.
  package var reaches: [Reach]
  /// The fields in front of the fold: those read from lines and those that stages make.
  package var fields: FieldScope
  /// How raw frames find their fields; index is the slot.
  package var loads: [FieldLoad]
  /// The members of JSON lines that the head reads.
  package var members: [String]
  package var head: [any Stage]
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
  /// The fields that ordered stages and the fold look at, of those that the head leaves.
  package var carried: [Slot]
  /// The fields that ordered stages set.
  package var rewritten: Set<Slot>
  /// Literal texts that every matching line contains.
  package var literals: [String]
  /// What the query leaves of the numbers in each field of the result.
  package var ranges: [NumberRange]

  /// The part of a plan that carries out a stage.
  package enum Phase: String, Sendable { case head, ordered, fold, tail }

  /// How many stages of each part have run when one of the query is done.
  package struct Reach: Sendable {
    package var head: Int
    package var ordered: Int
    package var tail: Int
  }

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
    var frame = frame(on: batch, live: live, memberMap: memberMap, now: now)
    runHead(head.indices, on: &frame)
    return frame
  }

  /// The same frame before the head.
  package func frame(
    on batch: Batch, live: Selection, memberMap: [Int], now: Int64 = 0
  ) -> Frame {
    var frame = Frame(batch: batch, loads: mappedLoads(memberMap), live: live)
    frame.now = now
    return frame
  }

  /// Takes a frame through some stages of the head.
  package func runHead(_ stages: Range<Int>, on frame: inout Frame) {
    for stage in head[stages] where !frame.live.isEmpty {
      var stage = stage
      stage.apply(to: &frame)
    }
    frame.dropUndecided()
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

  /// Takes all rows of a window through some of the ordered stages.
  package func runOrdered(_ stages: Range<Int>, on frame: inout Frame) {
    for stage in ordered[stages] where !frame.live.isEmpty {
      var stage = stage
      stage.apply(to: &frame)
      frame.dropUndecided()
    }
  }

  /// Whether the ordered stages may put rows into another order.
  package var reorders: Bool { ordered.contains { type(of: $0).reach == .table } }

  /// Takes a whole result through the tail.
  package func runTail(on frame: inout Frame) { runTail(tail.indices, on: &frame) }

  /// Takes a whole result through some stages of the tail.
  package func runTail(_ stages: Range<Int>, on frame: inout Frame) {
    for stage in tail[stages] {
      var stage = stage
      stage.apply(to: &frame)
    }
  }
}
