using Microsoft.Playwright;

namespace SecureFL.Bench.Tests.Pages;

/// <summary>Debian's chromium; tests that look at pages skip on a machine without it.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    internal static async Task<Browser> StartAsync()
    {
        string? executable = Places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(executable is null, "there is no chromium here");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium
            .LaunchAsync(new BrowserTypeLaunchOptions
            { ExecutablePath = executable, Args = ["--no-sandbox", "--disable-gpu"] });
        return new Browser(playwright, browser);
    }

    /// <summary>Opens a page of HTML as a reader with that width and colour scheme sees it.</summary>
    internal async Task<IPage> OpenAsync(string html, int width, bool dark)
    {
        IPage page = await _browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        await page.SetContentAsync(html);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
