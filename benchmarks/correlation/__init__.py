"""Labelled cases for the question "us or them?": is a vendor's incident the cause of ours?

Three sets, each in the same form (`cases.py` has the records and finds mistakes):

- `generate.py` builds cases around recorded incidents of real vendors that lie beside the checkout.
- `generate_other.py` composes everything from stories, with other vendors, alerts, languages and time spans.
  What scores well on the first set and badly on this one has been fitted to the first.
- `handwritten.jsonl` holds hard cases, each named for what it shows.

`split.py` halves a set by the hash of the ids: tune on one half, score on the other. Both generators take
`--seed` and `--count` and give the same bytes for the same ones.

How the truth of a case is decided:

- A cause is a vendor incident that was posted by `evaluate_at`, and that an experienced engineer with nothing
  but the case's data would name. Files may hold incidents and updates of later times: they must not count.
- `{"unknown": true}`: the vendor in question cannot be read, or our own probes and errors point clearly at a
  vendor that has not posted anything yet. Where nothing points anywhere, no vendor explains it.
- Text alone never makes a cause: a vendor that none of the service's dependencies leads to is none, unless a
  vendor that we need names it as its own upstream (kind shared_upstream; its rules stand with its builder).
- A maintenance is a vendor incident of impact none with the phases scheduled, in_progress, completed or
  cancelled; it is posted before its `started_at`, and `resolved_at` is when the work was over.
- `started_at` is the vendor's claim: often the time of posting, sometimes dated back to when it really began.
"""
