// The library for Swift users: what a comparison needs, under one name. It has no code of its own.

@_exported public import Benchmarking
@_exported public import Comparison
@_exported public import ScalebenchCore
@_exported public import ScalingLaws
