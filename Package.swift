// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestKit"], swiftSettings: swift)
}

func system(_ name: String, _ pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
  name: "tripline",
  products: [
    .executable(name: "tripline", targets: ["tripline"])
  ],
  targets: [
    // C: headers, thin shims and the fenced kernels.
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
    system("CLinux", apt: "libc6-dev"),
    system("CPCRE2", "libpcre2-8", apt: "libpcre2-dev"),
    system("CCurl", "libcurl", apt: "libcurl4-openssl-dev"),
    system("CCrypto", "libcrypto", apt: "libssl-dev"),
    system("CYAML", "yaml-0.1", apt: "libyaml-dev"),
    system("CCompression", "libzstd", apt: "libzstd-dev"),
    system("CSQLite", "sqlite3", apt: "libsqlite3-dev"),

    // The engine, one kind of difficulty each; dependencies point one way.
    library("Records", ["CKernels"]),
    library("QueryLanguage", ["Records", "CCrypto", "CPCRE2"]),
    library("Alerting", ["Records", "QueryLanguage", "CCrypto", "CYAML"]),
    library("Actions", ["Alerting", "CCrypto", "CCurl", "CLinux"]),
    library(
      "Engine",
      [
        "Records", "QueryLanguage", "Alerting", "Actions", "CLinux", "CCompression", "CSQLite",
      ]),
    library("TerminalUI", ["Alerting", "QueryLanguage", "Records"]),
    executable(
      "tripline",
      ["TerminalUI", "Engine", "Actions", "Alerting", "QueryLanguage", "Records", "CLinux"]),
    .target(name: "CAllocationCount"),
    executable(
      "tripline-bench", ["Engine", "Alerting", "QueryLanguage", "Records", "CAllocationCount"]),

    // Tests.
    .target(
      name: "TestKit",
      dependencies: ["Engine", "Actions", "Alerting", "QueryLanguage", "Records"],
      path: "Tests/TestKit", exclude: ["Naive/Readings.md"], swiftSettings: swift),
    .executableTarget(
      name: "tripline-proof", dependencies: ["TestKit"], path: "Tests/Proof", swiftSettings: swift),
    tests("RecordsTests", ["Records", "CKernels"]),
    tests("QueryLanguageTests", ["QueryLanguage", "Records"]),
    tests("AlertingTests", ["Alerting", "Engine", "QueryLanguage", "Records"]),
    tests("ActionsTests", ["Actions", "Alerting"]),
    tests("EngineTests", ["Engine", "Actions", "Alerting", "QueryLanguage", "Records"]),
    tests("TerminalUITests", ["TerminalUI", "Alerting", "QueryLanguage", "Records"]),
    tests(
      "EndToEndTests",
      ["tripline", "Engine", "TerminalUI", "Alerting", "QueryLanguage", "Records"]),
  ],
  swiftLanguageModes: [.v6]
)
