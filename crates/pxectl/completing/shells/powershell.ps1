# Completion of pxectl for PowerShell. From $PROFILE: pxectl completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName pxectl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    # The sign keeps an empty word from getting lost.
    & pxectl __complete powershell -- @words "=$wordToComplete" 2>$null | ForEach-Object {
        $text, $help = $_ -split "`t", 2
        if (-not $help) { $help = $text }
        [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $help)
    }
}
