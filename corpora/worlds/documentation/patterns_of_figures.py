"""Statements with figures: two things side by side, several attributes in a row, defaults, limits."""

from __future__ import annotations

from corpora.worlds.documentation.pattern import Pattern

TWO_THINGS = (
    Pattern(
        "parameters",
        (
            "{model} has {count} parameters and {model2} {count2}.",
            "With {count} parameters, {model} is the larger of the two, compared with {count2} for {model2}.",
            "{model2} was trained with {count2} weights, while {model} makes do with {count}.",
            "{model} and {model2} have {count} and {count2} parameters, respectively.",
            "Against the {count2} parameters of {model2}, those of {model} number only {count}.",
        ),
        {
            "{count}": (
                "How many parameters does {model} have?",
                "number of parameters {model}",
                "how big is {model}?",
                "How many weights does {model} use?",
            ),
            "{count2}": (
                "How many parameters does {model2} have?",
                "parameter count of {model2}",
                "What is the size of {model2} in parameters?",
            ),
        },
    ),
    Pattern(
        "memory",
        (
            "{thing} takes {size} of memory and {thing2} {size2}.",
            "{thing} needs {size} of RAM, whereas {thing2} gets by with {size2}.",
            "While {thing2} occupies {size2}, {thing} fits into {size}.",
            "The footprint of {thing} is {size} instead of the {size2} that {thing2} requires.",
        ),
        {
            "{size}": (
                "How much memory does {thing} need?",
                "memory use of {thing}",
                "How much RAM does {thing} take?",
                "what's the memory footprint of {thing}?",
            ),
            "{size2}": (
                "How much memory does {thing2} need?",
                "memory {thing2}",
                "How much RAM is used by {thing2}?",
            ),
        },
    ),
    Pattern(
        "quality",
        (
            "{model} reaches {percentage} on the {use} benchmark, but {model2} only {percentage2}.",
            "On {use}, {model2} scored {percentage2} against {percentage} for {model}.",
            "{model} raised the accuracy in {use} to {percentage} from the {percentage2} of {model2}.",
            "In {use}, {model} and {model2} scored {percentage} and {percentage2}, respectively.",
        ),
        {
            "{percentage}": (
                "What accuracy does {model} reach?",
                "How accurate is {model} in {use}?",
                "{model} accuracy",
                "How well does {model} do?",
            ),
            "{percentage2}": (
                "What score did {model2} get?",
                "How accurate is {model2}?",
                "accuracy of {model2} on {use}",
            ),
        },
    ),
    Pattern(
        "latency",
        (
            "{thing} answers in {time}, {thing2} in {time2}.",
            "A call takes {time} with {thing} and {time2} with {thing2}.",
            "Start-up went down from {time2} with {thing2} to {time} with {thing}.",
            "Where {thing2} needs {time2}, {thing} is done after {time}.",
        ),
        {
            "{time}": (
                "How long does {thing} take?",
                "how fast is {thing}",
                "What is the latency of {thing}?",
            ),
            "{time2}": (
                "How long does {thing2} take?",
                "latency of {thing2}",
                "How much time does {thing2} need?",
            ),
        },
    ),
    Pattern(
        "throughput",
        (
            "{tool} handles {rate}, while {tool2} stops at {rate2}.",
            "At {rate}, {tool} is ahead of {tool2}, which manages {rate2}.",
            "{tool2} was measured at {rate2} and {tool} at {rate} on the same machine.",
        ),
        {
            "{rate}": (
                "What is the throughput of {tool}?",
                "How much can {tool} handle?",
                "throughput {tool}",
            ),
            "{rate2}": ("How much does {tool2} handle?", "What rate does {tool2} reach?"),
        },
    ),
    Pattern(
        "two defaults",
        (
            "`{key}` defaults to {setting} and `{key2}` to {setting2}.",
            "The default of `{key}` is {setting}, that of `{key2}` {setting2}.",
            "Unless told otherwise, `{key}` and `{key2}` are set to {setting} and {setting2}, respectively.",
            "Out of the box `{key}` is {setting}, but `{key2}` is {setting2}.",
        ),
        {
            "{setting}": (
                "What is the default of {key}?",
                "default {key}",
                "What does {key} default to?",
                "what value does {key} have if I don't set it?",
            ),
            "{setting2}": (
                "What is the default value of {key2}?",
                "default value for {key2}",
                "What is {key2} set to by default?",
            ),
        },
    ),
    Pattern(
        "two layers",
        (
            "{model} stacks {small} layers with {small2} attention heads each.",
            "The encoder of {model} consists of {small} blocks, each of which has {small2} heads.",
            "With {small} layers and {small2} heads a layer, {model} is moderately deep.",
        ),
        {
            "{small}": (
                "How many layers does {model} have?",
                "number of layers in {model}",
                "How deep is {model}?",
            ),
            "{small2}": (
                "How many attention heads does {model} have?",
                "heads per layer {model}",
                "How many heads does each layer of {model} use?",
            ),
        },
    ),
    Pattern(
        "training",
        (
            "{model} was trained for {period} on {count} examples with a batch size of {small}.",
            "Training {model} on {count} examples took {period} at a batch size of {small}.",
            "It took {period} to train {model}, which saw {count} examples in batches of {small}.",
        ),
        {
            "{period}": (
                "How long did the training of {model} take?",
                "training time {model}",
                "For how long was {model} trained?",
            ),
            "{count}": (
                "How many examples was {model} trained on?",
                "How large was the training set of {model}?",
            ),
            "{small}": (
                "Which batch size was used for {model}?",
                "batch size {model}",
                "What was the batch size of {model}?",
            ),
        },
    ),
    Pattern(
        "learning rate",
        (
            "{model} used {optimiser} with a learning rate of {decimal} and a weight decay of {decimal2}.",
            "{optimiser} trained {model} with a weight decay of {decimal2} and a learning rate of {decimal}.",
            "For {model} a rate of {decimal} and a weight decay of {decimal2} worked best with {optimiser}.",
        ),
        {
            "{decimal}": (
                "What learning rate does {model} use?",
                "learning rate of {model}",
                "Which learning rate was used to train {model}?",
            ),
            "{decimal2}": (
                "What was the weight decay of {model}?",
                "weight decay {model}",
                "How strong is the weight decay for {model}?",
            ),
            "{optimiser}": (
                "Which optimiser was {model} trained with?",
                "What optimizer does {model} use?",
                "optimizer of {model}",
            ),
        },
    ),
    Pattern(
        "reduction",
        (
            "{thing} moved the failure rate from {percentage} to {percentage2}.",
            "Thanks to {thing}, the failure rate is {percentage2} instead of {percentage}.",
            "Before {thing} was used, {percentage} of the runs failed; afterwards it was {percentage2}.",
        ),
        {
            "{percentage}": (
                "What was the rate before {thing}?",
                "How high was the failure rate without {thing}?",
            ),
            "{percentage2}": ("To what did {thing} reduce the rate?", "What was the rate after {thing}?"),
        },
    ),
    Pattern(
        "hardware",
        (
            "The {device} draws {small} watts and holds {size} of memory, at a weight of {small2} grams.",
            "The {device}, which weighs {small2} grams, has {size} of memory and consumes {small} watts.",
            "Equipped with {size} of memory, the {device} uses {small} watts and weighs {small2} grams.",
        ),
        {
            "{small} watts": (
                "How much power does the {device} use?",
                "power consumption {device}",
                "How many watts does the {device} draw?",
            ),
            "{size}": ("How much memory does the {device} have?", "RAM of the {device}"),
            "{small2} grams": (
                "How heavy is the {device}?",
                "weight of {device}",
                "What does the {device} weigh?",
            ),
        },
    ),
    Pattern(
        "limits",
        (
            "A {format} file may be up to {size} long and contain at most {count} records.",
            "{format} limits files to {size} and {count} records.",
            "The limit of {format} is {count} records or {size}, whichever is reached first.",
        ),
        {
            "{size}": (
                "How large may a {format} file be?",
                "maximum file size {format}",
                "What is the largest {format} file?",
            ),
            "{count}": ("How many records can a {format} file hold?", "max records in {format}"),
        },
    ),
)

ATTRIBUTES = (
    Pattern(
        "attributes in a row",
        (
            "`{key}` ({type}, default {setting}, since {version}) says how to {do}.",
            "- `{key}`: {type}, default {setting}, added in {version}; tells the program how to {do}.",
            "The parameter `{key}`, of type {type}, new in {version}, sets how to {do} (default: {setting}).",
        ),
        {
            "{setting}": ("What is the default of {key}?", "default {key}", "What is {key} by default?"),
            "{type}": ("What type is {key}?", "type of {key}", "What kind of value does {key} take?"),
            "{version}": (
                "Since which version does {key} exist?",
                "When was {key} added?",
                "In which release did {key} appear?",
            ),
        },
    ),
    Pattern(
        "range",
        (
            "`{key}` takes values {range} {unit}; the default is {small}.",
            "Allowed values of `{key}` are {range} {unit}, and {small} is used if none is given.",
            "Set `{key}`, which is {small} at first, to anything {range} {unit}.",
        ),
        {
            "{range}": (
                "What values may {key} have?",
                "range of {key}",
                "Which values are allowed for {key}?",
            ),
            "{unit}": ("What is the unit of {key}?", "In which unit is {key} given?", "unit {key}"),
            "{small}": (
                "What's the default of {key}?",
                "default value of {key}",
                "What is {key} set to at first?",
            ),
        },
    ),
    Pattern(
        "option",
        (
            "`{flag}` makes `{command}` {do}; without it, the limit is {setting}.",
            "With `{flag}`, `{command}` will {do}, where the limit otherwise is {setting}.",
            "- `{flag}`: {do} (default limit: {setting}).",
        ),
        {
            "{do}": (
                "What does {flag} do?",
                "what is {flag} for",
                "What happens if I pass {flag}?",
                "effect of {flag}",
            ),
            "{flag}": ("Which option makes it {do}?", "Which flag do I need to {do}?"),
        },
    ),
    Pattern(
        "recommended value",
        (
            "A good starting value for `{key}` is {setting}, although {setting2} has been used for {use}.",
            "For {use} set `{key}` to {setting2}; otherwise start with {setting}.",
            "Typical values of `{key}` are {setting} in general and {setting2} for {use}.",
        ),
        {
            "{setting}": (
                "What should I start with for {key}?",
                "What is a typical {key}?",
                "recommended {key}",
                "good starting point for {key}",
            ),
            "{setting2}": (
                "Which {key} is used for {use}?",
                "What should {key} be for {use}?",
                "{key} for {use}",
            ),
        },
    ),
    Pattern(
        "function",
        (
            "`{function}` returns {result} and raises `{error}` if {condition}.",
            "If {condition}, `{function}` raises `{error}`; otherwise it returns {result}.",
            "The result of `{function}` is {result}, unless {condition}, which raises `{error}`.",
        ),
        {
            "{result}": (
                "What does {function} return?",
                "return value of {function}",
                "What do I get back from {function}?",
            ),
            "{error}": (
                "Which error does {function} raise?",
                "What does {function} raise if {condition}?",
                "exception {function}",
            ),
            "{condition}": (
                "When does {function} raise an error?",
                "when does {function} fail",
                "Under which condition does {function} raise {error}?",
            ),
        },
    ),
    Pattern(
        "port",
        (
            "{tool} listens on port {port} and writes its metrics to `{path}` every {time}.",
            "Every {time}, {tool}, which is reached at port {port}, writes metrics to `{path}`.",
        ),
        {
            "{port}": (
                "Which port does {tool} listen on?",
                "{tool} port",
                "On what port can I reach {tool}?",
            ),
            "{path}": ("Where does {tool} write its metrics?", "Where are the metrics of {tool} stored?"),
            "{time}": (
                "How often does {tool} write metrics?",
                "At what interval are metrics of {tool} written?",
            ),
        },
    ),
    Pattern(
        "formula",
        (
            "The {metric} is computed as {formula}, and {percentage} is considered good.",
            "{formula} gives the {metric}, which should be above {percentage}.",
            "To get the {metric}, take {formula}; a value of {percentage} or more is good.",
        ),
        {
            "{formula}": (
                "How is the {metric} computed?",
                "formula for {metric}",
                "What is the formula of the {metric}?",
                "how do i calculate the {metric}",
            ),
            "{percentage}": ("What is a good {metric}?", "Which {metric} is considered good?"),
        },
    ),
    Pattern(
        "timeout",
        (
            "{tool} waits {time} for a reply and tries again {small} times before it gives up.",
            "After {time} without a reply, {tool} retries, {small} times at most.",
        ),
        {
            "{time}": (
                "How long does {tool} wait for a reply?",
                "timeout of {tool}",
                "When does {tool} time out?",
            ),
            "{small}": (
                "How often does {tool} retry?",
                "How many retries does {tool} make?",
                "retries {tool}",
            ),
        },
    ),
    Pattern(
        "encoding",
        (
            "{format} stores numbers as {small}-byte integers, text as {encoding} and dates as {encoding2}.",
            "In {format}, text is {encoding}, dates are {encoding2}, and numbers {small}-byte integers.",
        ),
        {
            "{encoding}": ("How does {format} store text?", "In what form is text kept in {format}?"),
            "{encoding2}": ("How are dates stored in {format}?", "date encoding in {format}"),
            "{small}-byte integers": (
                "How are numbers stored in {format}?",
                "What does {format} use for numbers?",
            ),
        },
    ),
)
